// Brings a page to life. It has been read on its way here: links and forms work already, but a button is deaf until the
// wasm has come, which a slow network may take a minute for. What is tapped meanwhile waits and says so; where the wasm
// does not come, words say that, and it is tried again.
(js, wasm, words) => {
  const parsed = new Promise((resolve) => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", resolve, { once: true });
    else resolve();
  });
  let waits = null;
  let notice = null;
  let tries = 0;

  // What a browser does by itself needs nobody.
  const isDeaf = (button) => {
    const sends = button.type === "submit" && button.form?.hasAttribute("action");
    return !sends && !button.hasAttribute("popovertarget");
  };
  // A record that a board or a list opens over itself is a page too, which needs no wasm to be read.
  const pageOf = (link) => {
    const { pathname, searchParams } = new URL(link.href);
    const id = searchParams.get("open");
    return id && `/${pathname.split("/")[1]}/${id}`;
  };
  const tapped = (event) => {
    const hit = event.target.closest?.("button, a[href]");
    if (hit?.localName === "a") {
      const page = pageOf(hit);
      const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
      if (page && plain) {
        event.preventDefault();
        location.assign(page);
      }
      return;
    }
    const button = hit;
    if (!button || !isDeaf(button)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // Whoever taps a second thing has made up their mind.
    waits?.removeAttribute("aria-busy");
    waits = button;
    waits.setAttribute("aria-busy", "true");
  };
  document.addEventListener("click", tapped, true);

  const alive = () => {
    document.removeEventListener("click", tapped, true);
    waits?.removeAttribute("aria-busy");
    // A page that has gone on without it has forgotten the button too.
    if (waits?.isConnected) waits.click();
  };

  const broken = async (error) => {
    console.error(error);
    await parsed;
    if (!notice?.isConnected) {
      const again = Object.assign(document.createElement("a"), { href: "", textContent: words.again });
      notice = Object.assign(document.createElement("div"), { className: "banner banner--offline" });
      notice.setAttribute("role", "status");
      notice.append(words.broken, " ", again);
      (document.querySelector(".frame__banner") ?? document.body).prepend(notice);
    }
    setTimeout(load, Math.min(1000 * 2 ** tries, 16000));
    tries += 1;
  };

  let page = null;
  const load = async () => {
    try {
      if (tries > 0 && !page && (await fetch(js)).ok) {
        // A browser may remember that a script did not come; one under another name would not know the page's parts.
        location.reload();
        return;
      }
      page ??= await import(js);
      await parsed;
      await page.default({ module_or_path: wasm });
      // The page takes over what the server has made of it, and nothing else.
      notice?.remove();
      await page.hydrate();
    } catch (error) {
      await broken(error);
      return;
    }
    // What waits for data comes alive in microtasks, which have run by then.
    setTimeout(alive);
  };
  load();
}
