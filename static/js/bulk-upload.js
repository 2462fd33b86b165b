// <bulk-upload>: sends chosen or dropped pictures one by one, folders too, with a
// progress bar, and shows the verdict that the server gives each. Without it, the form
// inside sends a few pictures at a time.

const AT_ONCE = 2;
const PICTURE = /\.(jpe?g|png|webp|bmp|hei[cf])$/i;

class BulkUpload extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.list = this.querySelector("[data-list]");
    this.queue = [];
    this.running = 0;
    this.all = 0;
    this.done = 0;
    this.querySelector("[data-scripted]").hidden = false;
    // What is chosen is sent at once, however much it is.
    for (const plain of this.querySelectorAll("[data-plain]")) plain.hidden = true;
    for (const input of this.querySelectorAll("input[type=file]")) {
      input.addEventListener("change", () => {
        this.add([...input.files]);
        input.value = "";
      });
    }
    this.takeDrops(this.querySelector("[data-drop-zone]"));
    this.onLeave = (event) => {
      if (this.done < this.all) event.preventDefault();
    };
    window.addEventListener("beforeunload", this.onLeave);
  }

  disconnectedCallback() {
    window.removeEventListener("beforeunload", this.onLeave);
  }

  takeDrops(zone) {
    const mark = (isOver) => zone.classList.toggle("drop-zone--over", isOver);
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      mark(true);
    });
    zone.addEventListener("dragleave", () => mark(false));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      mark(false);
      this.add(await filesOf(event.dataTransfer));
    });
  }

  add(files) {
    const pictures = files.filter((file) => file.type.startsWith("image/") || PICTURE.test(file.name));
    this.querySelector("[data-verdicts]").hidden = false;
    this.querySelector("[data-progress-box]").hidden = false;
    if (!pictures.length) {
      this.say(this.dataset.none);
      return;
    }
    for (const file of pictures) {
      const line = this.line(file.name);
      this.list.append(line);
      this.queue.push({ file, line });
    }
    this.all += pictures.length;
    this.tell();
    this.next();
  }

  // A file that has no verdict yet.
  line(name) {
    const line = document.createElement("li");
    line.className = "verdict verdict--pending";
    const picture = document.createElement("span");
    picture.className = "verdict__picture";
    const text = document.createElement("div");
    text.className = "verdict__text";
    const title = document.createElement("p");
    title.className = "verdict__name";
    title.textContent = name;
    const state = document.createElement("p");
    state.className = "small soft";
    state.dataset.state = "";
    state.textContent = this.dataset.waiting;
    text.append(title, state);
    line.append(picture, text);
    return line;
  }

  next() {
    while (this.running < AT_ONCE && this.queue.length) {
      this.running += 1;
      this.send(this.queue.shift());
    }
  }

  send({ file, line }) {
    const state = line.querySelector("[data-state]");
    const request = new XMLHttpRequest(); // fetch() tells nothing of an upload's progress
    request.open("POST", this.getAttribute("address"));
    request.responseType = "text";
    request.upload.addEventListener("progress", (event) => {
      const share = event.lengthComputable ? ` ${Math.round((100 * event.loaded) / event.total)} %` : "";
      state.textContent = this.dataset.sending + share;
    });
    request.upload.addEventListener("load", () => (state.textContent = this.dataset.checking));
    request.addEventListener("loadend", () => {
      this.running -= 1;
      this.done += 1;
      this.settle(request, file, line);
      this.tell();
      this.next();
    });
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    body.append("flats", file, file.name);
    request.send(body);
  }

  settle(request, file, line) {
    const isVerdict = request.status === 200 && !request.responseURL.includes("sign-in");
    let verdict = line;
    if (isVerdict) {
      const template = document.createElement("template");
      template.innerHTML = request.responseText;
      verdict = template.content.querySelector("li");
      line.replaceWith(verdict);
    } else {
      line.className = "verdict verdict--bad";
      line.querySelector("[data-state]").textContent = this.dataset.lost;
    }
    if (!isVerdict || "retry" in verdict.dataset) this.offerAgain(file, verdict);
  }

  offerAgain(file, verdict) {
    const again = document.createElement("button");
    again.type = "button";
    again.className = "link-button verdict__next";
    again.textContent = this.dataset.again;
    again.addEventListener("click", () => {
      const line = this.line(file.name);
      verdict.replaceWith(line);
      this.queue.push({ file, line });
      this.done -= 1;
      this.tell();
      this.next();
    });
    verdict.append(again);
  }

  tell() {
    const bar = this.querySelector("[data-bar]");
    bar.max = this.all;
    bar.value = this.done;
    this.say(this.dataset.progress.replace("{done}", this.done).replace("{all}", this.all));
  }

  say(text) {
    this.querySelector("[data-said]").textContent = text;
  }
}

// All files of a drop, those in folders too.
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(filesIn))).flat();
}

async function filesIn(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const found = [];
  // A reader gives a folder in portions; an empty one is the last.
  for (;;) {
    const portion = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!portion.length) return (await Promise.all(found.map(filesIn))).flat();
    found.push(...portion);
  }
}

customElements.define("bulk-upload", BulkUpload);
