// Panels of the first page come by themselves: draw their charts, and say so where one does not come.
document.addEventListener("htmx:afterSettle", () => {
  for (const drawn of document.querySelectorAll("canvas.chart")) {
    if (Chart.getChart(drawn)) drawn.classList.remove("chart");
  }
  renderCharts();
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    event.target.querySelector?.(".rp-loading")?.setAttribute("hidden", "");
    event.target.querySelector?.(".rp-failed")?.removeAttribute("hidden");
  });
}
