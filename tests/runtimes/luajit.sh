# packages: luajit
# The trace compiler, its interpreter in assembler, and the FFI with callbacks.
cat >/tmp/l.lua <<'L'
local ffi, bit = require 'ffi', require 'bit'
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end print('fib', fib(28))
local s = 0 for i = 1, 1e7 do s = s + i % 7 * 0.5 end print('sum', s)
ffi.cdef [[ typedef struct { double x, y; int32_t n; uint8_t b[5]; } P; int snprintf(char*, size_t, const char*, ...); void qsort(void*, size_t, size_t, int (*)(const int32_t*, const int32_t*)); double pow(double, double); uint64_t strtoull(const char*, char**, int); ]]
local a = ffi.new('P[?]', 1000) for r = 1, 500 do for i = 0, 999 do a[i].x = a[i].x + i * 0.25 a[i].n = a[i].n + bit.bxor(i, r) a[i].b[i % 5] = a[i].b[i % 5] + r end end
local t = 0 for i = 0, 999 do t = t + a[i].x + a[i].n + a[i].b[2] end
print('ffi', t, ffi.sizeof('P'))
local buf = ffi.new 'char[100]' ffi.C.snprintf(buf, 100, '%d %s %.3f %lld', ffi.new('int', 42), 'x', 1.5, ffi.new('int64_t', -7))
print(ffi.string(buf))
local q = ffi.new('int32_t[2000]') for i = 0, 1999 do q[i] = (i * 7919) % 2003 end local cb = ffi.cast('int (*)(const int32_t*, const int32_t*)', function(x, y) return x[0] - y[0] end) ffi.C.qsort(q, 2000, 4, cb) print('qsort', q[0], q[999], q[1999])
local u = 0ULL for i = 1, 1e6 do u = u * 6364136223846793005ULL + i end
print('u64', u, u / 10, u % 1000003ULL, ffi.C.strtoull('18446744073709551615', nil, 10))
local parts = {} for i = 1, 100000 do parts[#parts + 1] = ('k%05d'):format(i * 31 % 100003) end table.sort(parts)
local str = table.concat(parts, ',')
print('str', #str, str:sub(1, 20), select(2, str:gsub('%d7', '')))
local co = coroutine.wrap(function() for i = 1, 1e5 do coroutine.yield(i) end return 0 end) local c = 0 repeat local v = co() c = c + v until v == 0 print('co', c)
local e = 0 for i = 1, 50000 do if not pcall(function() if i % 3 == 0 then error 'x' elseif i % 3 == 1 then local z = nil; return z.f end end) then e = e + 1 end end print('pcall', e)
local h = 0 for i = 1, 3e6 do h = bit.tobit(bit.rol(h, 5) + i) h = bit.bxor(h, bit.bswap(i)) end
print('bit', h)
print(math.floor(-0.5), 1 / 0, -1 / 0, 0 / 0 ~= 0 / 0, 2 ^ 53, math.fmod(-7, 3), math.sin(1e10), 5 % -3)
local tab = setmetatable({}, { __index = function(t, k) return k * 2 end }) local z = 0 for i = 1, 1e6 do z = z + tab[i] end print('meta', z)
L
luajit /tmp/l.lua
luajit -joff /tmp/l.lua | md5sum
luajit -O3 -Ohotloop=2 /tmp/l.lua | md5sum
luajit -Ofold /tmp/l.lua | md5sum
