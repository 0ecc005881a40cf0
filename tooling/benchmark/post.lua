-- wrk -s post.lua <url> -- <file with the content>
function init(args)
  local file = assert(io.open(args[1], 'rb'))
  wrk.method = 'POST'
  wrk.headers['Content-Type'] = 'application/json'
  wrk.body = file:read('*a')
  file:close()
end
