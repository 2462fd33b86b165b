// <upload-form>: one picture in the place of another: shows what was chosen, and that it
// is being checked. Without it, the form inside is a plain form. Many new pictures at
// once are the business of <bulk-upload>.

class UploadForm extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.input = this.querySelector("input[type=file]");
    this.list = this.querySelector("[data-chosen]");
    this.addresses = [];
    this.input.addEventListener("change", () => this.showChosen());
    this.form.addEventListener("submit", (event) => this.send(event));
    // Back from the next page: the button works again.
    window.addEventListener("pageshow", () => this.showReady());
  }

  showChosen() {
    this.addresses.forEach((address) => URL.revokeObjectURL(address));
    this.addresses = [];
    this.list.replaceChildren(...[...this.input.files].map((file) => this.item(file)));
  }

  item(file) {
    const item = document.createElement("li");
    const picture = document.createElement("img");
    const address = URL.createObjectURL(file);
    this.addresses.push(address);
    picture.className = "drop-zone__picture";
    picture.alt = "";
    picture.src = address;
    // A HEIC file: most browsers cannot show it, the server can read it.
    picture.addEventListener("error", () => picture.removeAttribute("src"));
    const name = document.createElement("p");
    name.className = "drop-zone__name";
    name.textContent = file.name;
    item.append(picture, name);
    return item;
  }

  send(event) {
    // A second click must not have it checked twice.
    if (this.form.hasAttribute("aria-busy")) event.preventDefault();
    else this.showBusy();
  }

  showBusy() {
    const button = this.form.querySelector("button");
    button.dataset.ready ??= button.textContent;
    button.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    this.form.setAttribute("aria-busy", "true");
  }

  showReady() {
    const button = this.form.querySelector("button");
    if (button.dataset.ready) button.textContent = button.dataset.ready;
    button.removeAttribute("aria-disabled");
    this.form.removeAttribute("aria-busy");
  }
}

customElements.define("upload-form", UploadForm);
