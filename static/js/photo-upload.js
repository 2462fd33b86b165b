// <photo-upload>: choose, drop or take a photo, see it, and have it checked at once.
// A large photo is made smaller first. After a refusal the photo is still there, to be
// turned, or exchanged for another one.

import { fileList, shrink, turn } from "./photo-file.js";

let refused; // the photo in question: the answer to an upload replaces this element

class PhotoUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("[type=file]");
    this.status = this.querySelector(".upload__status");
    this.progress = this.querySelector("progress");
    this.camera = this.querySelector("photo-camera");
    this.input.addEventListener("change", () => this.take(this.input.files[0]));
    this.addEventListener("photo", (event) => this.take(event.detail));
    this.consent?.addEventListener("change", () => this.send());
    this.offer("camera", () => this.openCamera());
    this.takeDrops();
    this.form.addEventListener("htmx:xhr:progress", (event) => this.report(event));
    for (const name of ["htmx:sendError", "htmx:responseError"]) {
      this.form.addEventListener(name, () => this.fail());
    }
    // What an upload brought, verdict or photo, is brought into sight.
    document.querySelector("[data-arrived]")?.scrollIntoView({ block: "center" });
    if (refused && this.querySelector(".upload__verdict")) this.offerTurn(refused);
    refused = undefined;
    this.take(this.input.files[0]); // chosen before this script was there
  }

  get consent() {
    return this.querySelector("[name=consent]");
  }

  // Buttons that need a script are hidden until there is one.
  offer(name, act) {
    const button = this.querySelector(`.upload__${name}`);
    button.hidden = false;
    button.addEventListener("click", act);
  }

  takeDrops() {
    const mark = (event, over) => {
      event.preventDefault();
      this.classList.toggle("upload--over", over);
    };
    this.addEventListener("dragover", (event) => mark(event, true));
    this.addEventListener("dragleave", (event) => mark(event, false));
    this.addEventListener("drop", (event) => {
      mark(event, false);
      this.take(event.dataTransfer.files[0]);
    });
  }

  async openCamera() {
    this.say("asking");
    const trouble = await this.camera.open();
    this.status.textContent = trouble;
  }

  async take(file) {
    if (!file) return;
    this.querySelector(".upload__turn").hidden = true; // that was another photo
    this.say("shrinking");
    this.busy();
    const small = await shrink(file, Number(this.dataset.maxSide));
    this.input.files = fileList(small);
    this.show(small);
    this.send();
  }

  show(file) {
    const preview = this.querySelector(".upload__preview");
    if (preview.src) URL.revokeObjectURL(preview.src);
    preview.onload = () => (preview.hidden = false);
    preview.onerror = () => (preview.hidden = true);
    preview.src = URL.createObjectURL(file);
  }

  // Only a photo that this browser can decode can be turned here.
  async offerTurn(file) {
    this.show(file);
    const turned = await turn(file);
    if (turned) this.offer("turn", () => this.take(turned));
  }

  send() {
    if (!this.input.files.length) return;
    if (this.consent && !this.consent.checked) {
      this.progress.hidden = true;
      this.say("consent");
      return;
    }
    refused = this.input.files[0];
    this.say("sending");
    this.busy();
    this.form.requestSubmit();
  }

  // A bar that moves by itself, until something is known.
  busy() {
    this.progress.hidden = false;
    this.progress.removeAttribute("value");
  }

  report({ detail }) {
    if (!detail.lengthComputable) return;
    if (detail.loaded < detail.total) {
      this.progress.value = (100 * detail.loaded) / detail.total;
    } else {
      this.say("checking");
      this.busy();
    }
  }

  fail() {
    this.progress.hidden = true;
    this.say("failed");
  }

  say(what) {
    this.status.textContent = this.status.dataset[what];
  }
}

customElements.define("photo-upload", PhotoUpload);
