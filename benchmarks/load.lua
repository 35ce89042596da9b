-- Requests for wrk: one for each line of the file that is named after `--`, in turn, from the beginning again at the end.
-- A line holds method, path, body and headers between tabs, the headers as name=value pairs; {n} becomes a new number.

local requests, at, number = {}, 0, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local method, path, body, pairs_of_headers = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers, changing = {}, body:find("{n}", 1, true) ~= nil
    for name, value in pairs(wrk.headers) do headers[name] = value end
    for name, value in pairs_of_headers:gmatch("([^=\t]+)=([^\t]*)") do headers[name] = value end
    if body == "" then body = nil end
    local ready = not changing and wrk.format(method, path, headers, body) or nil
    requests[#requests + 1] = {method = method, path = path, body = body, headers = headers, ready = ready}
  end
  number = tonumber(arguments[2])
end

function request()
  at = at % #requests + 1
  local wanted = requests[at]
  if wanted.ready then return wanted.ready end
  number = number + 1
  local headers, text = {}, string.format("%.0f", number)
  for name, value in pairs(wanted.headers) do headers[name] = value:gsub("{n}", text) end
  return wrk.format(wanted.method, wanted.path, headers, (wanted.body:gsub("{n}", text)))
end

function done(summary, latency, _)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "failed": %d}\n', summary.requests, summary.duration / 1e6, failed))
end
