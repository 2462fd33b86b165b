// <photo-camera>: a photo of oneself with this device's camera, at once or in ten seconds.
// It fires "photo" with the file as its detail. The camera is on only while it is looked
// at: closing, leaving the page and hiding the tab turn it off.

import { snap } from "./photo-file.js";

const SELF_TIMER_S = 10;
const PATIENCE_MS = 5000; // for the first picture
const WANTED = { width: { ideal: 1920 }, height: { ideal: 1920 } };

class PhotoCamera extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.video = this.querySelector("video");
    this.still = this.querySelector(".camera__still");
    this.count = this.querySelector(".camera__count");
    this.status = this.querySelector("[role=status]");
    this.facing = "user";
    this.dialog.addEventListener("click", (event) => this.press(event));
    this.dialog.addEventListener("close", () => this.leave());
    this.onHide = () => document.hidden && this.leave();
    this.onLeave = () => this.leave();
    document.addEventListener("visibilitychange", this.onHide);
    window.addEventListener("pagehide", this.onLeave);
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.onHide);
    window.removeEventListener("pagehide", this.onLeave);
    this.leave();
  }

  // What to tell the shopper instead of opening it; "" when it is open.
  async open() {
    if (!navigator.mediaDevices?.getUserMedia) return this.dataset.unsupported;
    try {
      await this.start();
    } catch (error) {
      return error.name === "NotAllowedError" ? this.dataset.denied : this.dataset.failed;
    }
    return "";
  }

  async start() {
    this.stop();
    const video = { ...WANTED, facingMode: this.facing };
    const stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.stop(); // asked twice
    if (!this.isConnected || document.hidden) return end(stream); // left meanwhile
    this.stream = stream;
    this.video.srcObject = stream;
    this.video.classList.toggle("camera__video--mirror", this.facing === "user");
    this.show("live");
    if (!this.dialog.open) this.dialog.showModal();
    const devices = await navigator.mediaDevices.enumerateDevices();
    const cameras = devices.filter((device) => device.kind === "videoinput");
    this.querySelector(".camera__other").hidden = cameras.length < 2;
  }

  stop() {
    clearInterval(this.timer);
    this.count.textContent = "";
    if (this.stream) end(this.stream);
    this.stream = this.video.srcObject = null;
  }

  leave() {
    this.stop();
    if (this.dialog.open) this.dialog.close();
  }

  // "live": the camera's picture; "still": the photo just taken.
  show(state) {
    for (const one of ["live", "still"]) this.dialog.classList.toggle(`camera--${one}`, one === state);
    this.status.textContent = this.status.dataset[state];
  }

  press(event) {
    const is = (name) => event.target.closest(`.camera__${name}`);
    if (is("now")) this.take();
    if (is("later")) this.countDown();
    if (is("other")) this.turnAround();
    if (is("again")) this.restart();
    if (is("use")) this.use();
    if (is("close")) this.leave();
  }

  countDown() {
    clearInterval(this.timer);
    let left = SELF_TIMER_S;
    this.count.textContent = left;
    this.status.textContent = this.status.dataset.later;
    this.timer = setInterval(() => {
      left -= 1;
      this.count.textContent = left || "";
      if (!left) this.take();
    }, 1000);
  }

  async take() {
    const { stream } = this;
    if (!stream) return;
    const photo = await this.firstPicture(stream);
    if (this.stream !== stream) return; // closed, or taken, meanwhile
    if (!photo) return this.fail();
    this.photo = photo;
    this.stop();
    if (this.still.src) URL.revokeObjectURL(this.still.src);
    this.still.src = URL.createObjectURL(this.photo);
    this.show("still");
    this.querySelector(".camera__use").focus();
  }

  // A camera that was just turned on has no picture for some moments, whatever it tells.
  async firstPicture(stream) {
    const end = performance.now() + PATIENCE_MS;
    while (this.stream === stream && performance.now() < end) {
      const photo = await snap(this.video).catch(() => null);
      if (photo) return photo;
      await new Promise(requestAnimationFrame);
    }
    return null;
  }

  use() {
    const { photo } = this;
    this.leave();
    this.dispatchEvent(new CustomEvent("photo", { detail: photo, bubbles: true }));
  }

  turnAround() {
    this.facing = this.facing === "user" ? "environment" : "user";
    return this.restart();
  }

  async restart() {
    await this.start().catch(() => this.fail());
  }

  fail() {
    this.stop();
    this.status.textContent = this.dataset.failed;
  }
}

function end(stream) {
  for (const track of stream.getTracks()) track.stop();
}

customElements.define("photo-camera", PhotoCamera);
