// Draws the sequence diagram in the colours of the page, and again when the reader turns the lights on or off; unfolds
// what a link leads to.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const drawings = [...document.querySelectorAll(".mermaid")].map((place) => ({ place, text: place.textContent }));
  const draw = async () => {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: "strict",
      theme: "base",
      fontFamily: "inherit",
      sequence: { useMaxWidth: true, mirrorActors: false, wrap: true, width: 190, messageMargin: 30, noteMargin: 8 },
      themeVariables: {
        darkMode: dark.matches,
        background: colour("--paper"),
        primaryColor: colour("--tint"),
        primaryTextColor: colour("--ink"),
        primaryBorderColor: colour("--accent"),
        lineColor: colour("--faint"),
        textColor: colour("--ink"),
        actorBkg: colour("--tint"),
        actorBorder: colour("--accent"),
        actorTextColor: colour("--ink"),
        actorLineColor: colour("--line"),
        signalColor: colour("--soft"),
        signalTextColor: colour("--ink"),
        noteBkgColor: colour("--note"),
        noteBorderColor: colour("--line"),
        noteTextColor: colour("--ink"),
      },
    });
    for (const { place, text } of drawings) {
      place.removeAttribute("data-processed");
      place.textContent = text;
    }
    await mermaid.run({ nodes: drawings.map(({ place }) => place) });
    document.documentElement.dataset.drawn = "yes";
  };
  const unfold = () => {
    const place = document.querySelector(":target");
    if (!place) return;
    for (const folded of [place.closest("details"), place.querySelector("details")]) folded?.setAttribute("open", "");
    place.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  dark.addEventListener("change", draw);
  draw().then(unfold);
})();
