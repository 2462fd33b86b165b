// <photo-upload>: drop or choose a photo, see it, and have it checked at once.
// A large photo is made smaller in the browser first; where the browser cannot decode
// it (HEIC, mostly), it is sent as it is and the server does the same.

class PhotoUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("[type=file]");
    this.drop = this.querySelector(".upload__drop");
    this.status = this.querySelector(".upload__status");
    this.progress = this.querySelector("progress");
    this.input.addEventListener("change", () => this.take());
    this.consent?.addEventListener("change", () => this.send());
    for (const name of ["dragenter", "dragover"]) {
      this.drop.addEventListener(name, (event) => this.hover(event, true));
    }
    for (const name of ["dragleave", "drop"]) {
      this.drop.addEventListener(name, (event) => this.hover(event, false));
    }
    this.drop.addEventListener("drop", (event) => this.dropped(event));
    this.form.addEventListener("htmx:xhr:progress", (event) => this.report(event));
    for (const name of ["htmx:sendError", "htmx:responseError"]) {
      this.form.addEventListener(name, () => this.fail());
    }
    // What an upload brought, verdict or photo, is brought into sight.
    document.querySelector("[data-arrived]")?.scrollIntoView({ block: "center" });
  }

  get consent() {
    return this.querySelector("[name=consent]");
  }

  hover(event, over) {
    event.preventDefault();
    this.drop.classList.toggle("upload__drop--over", over);
  }

  dropped(event) {
    if (event.dataTransfer.files.length) {
      this.input.files = event.dataTransfer.files;
      this.take();
    }
  }

  async take() {
    const file = this.input.files[0];
    if (!file) return;
    const small = await shrink(file, Number(this.dataset.maxSide));
    if (small !== file) this.input.files = fileList(small);
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

  send() {
    if (!this.input.files.length) return;
    if (this.consent && !this.consent.checked) {
      this.status.textContent = this.status.dataset.consent;
      return;
    }
    this.status.textContent = this.status.dataset.checking;
    this.form.requestSubmit();
  }

  report(event) {
    if (!event.detail.lengthComputable) return;
    this.progress.hidden = false;
    this.progress.value = (100 * event.detail.loaded) / event.detail.total;
  }

  fail() {
    this.progress.hidden = true;
    this.status.textContent = this.status.dataset.failed;
  }
}

// The photo, upright and at most `side` pixels long; the file itself if it is already
// small enough or cannot be decoded here.
async function shrink(file, side) {
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return file;
  const scale = side / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return file;
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
  return blob ? new File([blob], "photo.jpg", { type: blob.type }) : file;
}

function fileList(file) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  return transfer.files;
}

customElements.define("photo-upload", PhotoUpload);
