// <outfit-builder>: takes back the last choices one by one, and lets links that leave the
// page (another piece, the whole catalogue) carry along what is chosen on it by now.

const KINDS = ["top", "bottom", "dress"];

class OutfitBuilder extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById("tryon-form");
    this.live = this.querySelector(".undo__live");
    this.status = this.querySelector(".undo__status");
    this.chosen = this.choices();
    this.changes = [];
    this.addEventListener("change", () => this.remember());
    this.addEventListener("click", (event) => this.carry(event));
    this.live.querySelector("button").addEventListener("click", () => this.undo());
  }

  // The form's own values: { outfit, top, bottom, dress, person }.
  choices() {
    return Object.fromEntries(["outfit", "person", ...KINDS].map((name) => {
      const field = this.form.elements[name];
      return [name, field?.value ?? ""];
    }));
  }

  remember() {
    this.changes.push(this.chosen);
    this.chosen = this.choices();
    this.status.textContent = "";
    this.show();
  }

  undo() {
    this.chosen = { ...this.changes.pop(), person: this.choices().person };
    for (const name of ["outfit", ...KINDS]) {
      const field = this.form.elements[name];
      if (field) field.value = this.chosen[name];
    }
    this.status.textContent = this.status.dataset.undone;
    this.show();
  }

  show() {
    this.live.hidden = false;
    const button = this.live.querySelector("button");
    if (!this.changes.length && document.activeElement === button) {
      this.querySelector("input:checked").focus(); // the button goes: keep the place
    }
    button.hidden = !this.changes.length;
  }

  carry(event) {
    const link = event.target.closest("a.carry");
    if (!link) return;
    const url = new URL(link.href);
    const own = KINDS.find((kind) => link.classList.contains(`carry--${kind}`));
    const slug = url.searchParams.get(own);
    const outfit = this.outfit();
    for (const kind of KINDS) url.searchParams.delete(kind);
    for (const [kind, piece] of outfit) url.searchParams.set(kind, piece);
    const { person } = this.choices();
    if (person) url.searchParams.set("person", person);
    if (own) {
      url.searchParams.delete("dress");
      url.searchParams.set(own, slug);
      url.searchParams.set("was", outfit.toString());
    }
    link.href = url;
  }

  // What is chosen, as an address has it: a dress goes before top and bottom.
  outfit() {
    const { outfit, ...pieces } = this.choices();
    const worn = KINDS.filter((kind) => kind !== "dress" || outfit === "dress");
    return new URLSearchParams(worn.map((kind) => [kind, pieces[kind]]).filter(([, piece]) => piece));
  }
}

customElements.define("outfit-builder", OutfitBuilder);
