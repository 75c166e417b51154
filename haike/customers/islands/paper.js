// Above pages for paper: a button opens the printer's dialog; a form notes first that the page leaves the house.

export default function paper(element) {
  if (element.tagName !== "FORM") {
    element.addEventListener("click", () => print());
    return;
  }
  let noted = false;
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(element.action, { method: "POST", body: new FormData(element) }).catch(() => null);
    // What was refused is said on the page that a plain form gets.
    if (!answer?.ok) return element.submit();
    noted = true;
    print();
  });
  // The keys of the browser print, too.
  window.addEventListener("beforeprint", () => {
    if (!noted) navigator.sendBeacon(element.action, new FormData(element));
    noted = false;
  });
}
