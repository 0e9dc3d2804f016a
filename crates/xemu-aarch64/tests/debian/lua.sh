lua5.4 - <<'L'
local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 10007 end table.sort(t) print(t[1], t[10000], t[20000])
print(("hello world"):gsub("o", "0"), string.format("%5.2f|%x|%q", 3.14159, 255, "a\nb"), ("key=value"):match("(%w+)=(%w+)"))
local function gen(n) return coroutine.wrap(function() for i = 1, n do coroutine.yield(i * i) end end) end local s = 0 for v in gen(1000) do s = s + v end print(s)
print(pcall(error, {code = 7}), select("#", table.unpack({1, 2, 3})), 7 // 2, -7 // 2, 7 % -3, 2 ^ 0.5, 1 // 0.0, math.maxinteger + 1, 10 / 3, 1e15, 2^53)
local mt = setmetatable({}, {__index = function(_, k) return k .. "!" end, __call = function(_, a) return a * 2 end}) print(mt.x, mt(21))
local parts = {} for i = 1, 3000 do parts[#parts + 1] = tostring(i * 0.37) end print(#table.concat(parts)) collectgarbage() print(#string.rep("x", 100000), utf8.char(8364), string.pack("<i4", -2):byte(1, -1))
error("the end")
L
echo "status $?"
