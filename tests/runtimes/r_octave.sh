# packages: r-base-core octave
# R and Octave with the packaged linear algebra.
l=/usr/lib/aarch64-linux-gnu; cd /tmp; export HOME=/tmp LD_LIBRARY_PATH=$l/blas:$l/lapack
cat >r.R <<'L'
set.seed(42)
x <- rnorm(1e5)
cat("r", mean(x), sd(x), "\n")
m <- matrix(runif(40000), 200)
s <- solve(m, rep(1, 200))
cat(round(sum(m %*% s), 6), round(log(abs(det(m))), 6), "\n")
f <- function(n) if (n < 2) n else f(n-1) + f(n-2)
cat(f(20), "\n")
d <- data.frame(g = rep(letters, 100), v = 1:2600)
print(head(aggregate(v ~ g, d, sum), 3))
print(coef(lm(v ~ I(v^2) + g, d))[1:3])
cat(gsub("([aeiou])", "<\\1>", "hello world"), sprintf("%.10f", pi^20), 5L %/% 2L, -5 %% 3, NA_integer_ + 1L, .Machine$integer.max + 1L, "\n")
cat(tryCatch(stop("e"), error = function(e) conditionMessage(e)), inherits(tryCatch(log("a"), error = identity), "error"), "\n")
e <- eigen(crossprod(m))$values
cat(signif(e[1:2], 8), length(unlist(strsplit(paste(1:10000, collapse = ","), ","))), "\n")
print(optim(c(-1.2, 1), function(x) 100 * (x[2] - x[1]^2)^2 + (1 - x[1])^2)$counts)
L
Rscript r.R 2>/dev/null || R --slave -f r.R
cat >o.m <<'L'
rand("seed",1);
A=magic(60)+eye(60);
b=A\ones(60,1);
printf("%.10f %.6f\n", sum(b), norm(A));
s=0;
for i=1:100000 s=s+mod(i,7)*0.5; end;
disp(s);
x=fft(1:1024);
printf("%.6f %.6f\n", real(x(5)), imag(x(7)));
disp(int8(200));
disp(num2str(eig([2 1;1 3])'));
try, error("id:x","boo"); catch e, disp(e.message); end;
disp(regexprep("abc","(b)","<$1>"));
disp(bitshift(uint64(1),63));
z=svd(rand(50));
disp(numel(z));
c=cellfun(@(x) x*2,{1,2,3});
disp(c)
L
octave-cli --no-init-file o.m 2>&1
