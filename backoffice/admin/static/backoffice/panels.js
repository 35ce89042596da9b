// Panels of the first page come by themselves: draw their charts, and say so where one does not come.
function drawCharts() {
  for (const drawn of document.querySelectorAll("canvas.chart")) {
    if (Chart.getChart(drawn)) drawn.classList.remove("chart");
  }
  renderCharts();
}
// The theme draws what the page came with when it has loaded; panels that were faster are drawn by it too.
document.addEventListener("htmx:afterSettle", () => {
  if (document.readyState === "complete") drawCharts();
});
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    event.target.querySelector?.(".rp-loading")?.setAttribute("hidden", "");
    event.target.querySelector?.(".rp-failed")?.removeAttribute("hidden");
  });
}
