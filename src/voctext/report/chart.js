(function () {
  "use strict";
  const phone = window.matchMedia("screen and (max-width: 700px)");
  const options = {mode: "vega-lite", renderer: "svg", actions: false, ast: true};
  const drawn = new Map();
  function draw() {
    for (const box of document.querySelectorAll("[data-chart]")) {
      const specs = JSON.parse(document.getElementById(box.dataset.chart).textContent);
      drawn.get(box)?.finalize();
      vegaEmbed(box, phone.matches ? specs.narrow : specs.wide, options).then(
        (result) => drawn.set(box, result),
        () => { box.textContent = box.dataset.failed; },
      );
    }
  }
  phone.addEventListener("change", draw);
  draw();
})();
