// Attachments of a record: files come by button, camera, drag or paste; two go up at a time, each with its progress.
import { on, t, token } from "../../kernel/islands/page.js";

const AT_ONCE = 2;
const waiting = [];
let running = 0;

const here = () => document.querySelector("[data-attach]");

function uploadRow(box, file, name) {
  const row = box.querySelector("[data-attach-row]").content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = name;
  box.querySelector("[data-attach-queue]").append(row);
  const upload = { box, file, name, row };
  row.querySelector("[data-stop]").addEventListener("click", () => stop(upload));
  row.querySelector("[data-again]").addEventListener("click", () => enqueue(upload));
  return upload;
}

function fail({ row }, text, again = true) {
  row.querySelector("progress").hidden = true;
  row.querySelector("[data-again]").hidden = !again;
  const fault = row.querySelector("[data-fault]");
  fault.textContent = text;
  fault.hidden = false;
}

function stop(upload) {
  const place = waiting.indexOf(upload);
  if (place >= 0) waiting.splice(place, 1);
  upload.request?.abort();
  upload.row.remove();
}

function enqueue(upload) {
  upload.row.querySelector("[data-again]").hidden = upload.row.querySelector("[data-fault]").hidden = true;
  upload.row.querySelector("progress").hidden = false;
  waiting.push(upload);
  next();
}

function next() {
  while (running < AT_ONCE && waiting.length) send(waiting.shift());
}

function send(upload) {
  const { box, file, name, row } = upload;
  const request = (upload.request = new XMLHttpRequest());
  running += 1;
  request.open("POST", `${box.dataset.url}?${new URLSearchParams({ name })}`);
  request.setRequestHeader("Content-Type", "application/octet-stream");
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("X-CSRFToken", token());
  request.upload.addEventListener("progress", (event) => (row.querySelector("progress").value = event.loaded / (event.total || 1)));
  request.addEventListener("load", () => {
    const told = answerOf(request);
    // Others upload as well: the place in the queue is kept.
    if (request.status === 503 && upload.row.isConnected) return setTimeout(() => upload.row.isConnected && enqueue(upload), 1500);
    if (request.status !== 201) return fail(upload, told.message || t(request.status === 404 ? "failed_gone" : "failed_server"), request.status !== 422);
    row.remove();
    const list = box.querySelector("[data-attach-list]");
    if (!list.querySelector(`#attachment-${told.id}`)) list.insertAdjacentHTML("afterbegin", told.html);
    box.querySelector(".attach-empty")?.remove();
  });
  request.addEventListener("error", () => fail(upload, t("failed_network")));
  request.addEventListener("loadend", () => {
    running -= 1;
    next();
    // The counts and the change log of the page follow once all is there.
    if (!running && !waiting.length && request.status === 201) document.dispatchEvent(new CustomEvent("refresh"));
  });
  request.send(file);
}

function answerOf(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return {};
  }
}

function take(files) {
  const box = here();
  for (const { file, name, folder } of files) {
    const upload = uploadRow(box, file, name || file.name);
    if (folder) fail(upload, box.dataset.folder, false);
    else if (file.size > Number(box.dataset.most)) fail(upload, box.dataset.tooLarge, false);
    else enqueue(upload);
  }
}

/** What was dropped or pasted, folders marked: a browser gives them as files that cannot be read. */
function filesOf(transfer) {
  return [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => ({ folder: item.webkitGetAsEntry?.()?.isDirectory, file: item.getAsFile() }))
    .filter(({ file }) => file);
}

const dragsFiles = (event) => here() && event.dataTransfer?.types.includes("Files") && !document.querySelector("dialog[open]");

document.addEventListener("dragover", (event) => {
  if (!dragsFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  here().classList.add("over");
});
document.addEventListener("dragleave", (event) => event.relatedTarget || here()?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  here()?.classList.remove("over");
  if (!dragsFiles(event) || event.defaultPrevented) return;
  event.preventDefault();
  take(filesOf(event.dataTransfer));
});

document.addEventListener("paste", (event) => {
  const box = here();
  if (!box || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  const files = filesOf(event.clipboardData);
  // A text copied from a spreadsheet comes with a picture of itself; in a field the text is meant.
  if (!files.length || (event.target.closest?.("input, textarea") && event.clipboardData.types.includes("text/plain"))) return;
  event.preventDefault();
  const stamp = new Date().toLocaleString("sv").replaceAll(":", ".");
  take(files.map((each) => (/^image\.\w+$/.test(each.file.name) ? { ...each, name: `${box.dataset.pasted} ${stamp}${each.file.name.slice(5)}` } : each)));
});

on("change", "[data-attach] input[type=file]", (event, input) => {
  take([...input.files].map((file) => ({ file })));
  input.value = "";
});
on("keydown", "[data-attach] label[role=button]", (event, label) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  event.preventDefault();
  label.click();
});

addEventListener("beforeunload", (event) => running && event.preventDefault());

// The panel is swapped whenever its tab is opened, so everything listens at the document.
export default function attach() {}
