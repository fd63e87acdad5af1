-- Sends the requests of a file in random order: `wrk -s requests.lua URL -- FILE`. A line is a method, a path, and for
-- a POST the JSON it sends, separated by tabs. Prints the results as one line of JSON.

local requests = {}

function init(args)
   for line in io.lines(args[1]) do
      local method, path, body = line:match("^(%u+)\t([^\t]*)\t?(.*)$")
      local headers = { ["Host"] = wrk.headers["Host"] }
      if body ~= "" then
         headers["Content-Type"] = "application/json"
      else
         body = nil
      end
      requests[#requests + 1] = wrk.format(method, path, headers, body)
   end
   -- Each thread has its own random numbers.
   math.randomseed(os.time() + tonumber(tostring(requests):match("0x(%x+)"), 16) % 1000003)
end

function request()
   return requests[math.random(#requests)]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests": %d, "seconds": %.3f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
      summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
      latency:percentile(99) / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
