// Photos before they are sent: smaller, upright, turned. What this browser cannot decode
// (HEIC, mostly) is sent as it is, and the server does the same.

const QUALITY = 0.92;

// The photo, upright and at most `side` pixels long; the file itself if it is already
// small enough or cannot be decoded here.
export async function shrink(file, side) {
  const bitmap = await decode(file);
  const scale = bitmap ? side / Math.max(bitmap.width, bitmap.height) : 1;
  return scale < 1 ? draw(bitmap, scale, 0) : file;
}

// A quarter turn to the right; undefined if it cannot be decoded here.
export async function turn(file) {
  const bitmap = await decode(file);
  return bitmap ? draw(bitmap, 1, 1) : undefined;
}

// What a video shows at this moment, as a photo.
export async function snap(video) {
  return draw(await createImageBitmap(video), 1, 0);
}

export function fileList(file) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  return transfer.files;
}

// Upright, as the file's own orientation says.
function decode(file) {
  return createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
}

async function draw(bitmap, scale, quarterTurns) {
  const [width, height] = [bitmap.width, bitmap.height].map((side) => Math.round(side * scale));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = quarterTurns % 2 ? [height, width] : [width, height];
  const context = canvas.getContext("2d");
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((quarterTurns * Math.PI) / 2);
  context.drawImage(bitmap, -width / 2, -height / 2, width, height);
  bitmap.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  return new File([blob], "photo.jpg", { type: "image/jpeg" });
}
