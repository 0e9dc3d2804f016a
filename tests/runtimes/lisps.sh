# packages: sbcl guile-3.0
# SBCL's native compiler and collector; Guile's JIT.
cd /tmp; cat >s.lisp <<'L'
(defun fib (n) (declare (fixnum n)) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(format t "fib ~a~%" (fib 27))
(defun fact (n) (if (= n 0) 1 (* n (fact (- n 1)))))
(format t "fact ~a~%" (mod (fact 1000) 1000003))
(let ((h (make-hash-table :test 'equal))) (dotimes (i 100000) (incf (gethash (format nil "k~d" (mod i 97)) h 0) i)) (format t "hash ~a~%" (loop for v being the hash-values of h sum v)))
(let ((l nil)) (dotimes (i 2000000) (push (cons i i) l) (when (zerop (mod i 50000)) (setf l nil))) (gc :full t) (format t "gc ~a~%" (length l)))
(format t "errors ~a~%" (loop for i below 5000 count (handler-case (case (mod i 3) (0 (/ 1 (- i i))) (1 (car i)) (t (aref (vector 1) i))) (error () t))))
(let ((s 0d0)) (declare (double-float s)) (loop for i from 1 to 1000000 do (incf s (/ (sin (* 1d0 i)) i))) (format t "float ~,10f ~a ~a~%" s (sqrt -1d0) (/ 22 7)))
(format t "overflow ~a~%" (handler-case (labels ((f (n) (+ 1 (f (+ n 1))))) (f 0)) (storage-condition () :exhausted) (error () :e)))
(format t "compile ~a~%" (funcall (compile nil '(lambda (x y) (declare (type (unsigned-byte 62) x y)) (logand (* x y) #xffffffffffffffff))) 123456789012345 987654321098765))
L
run="sbcl --noinform --no-sysinit --no-userinit --non-interactive --load"
$run s.lisp 2>/dev/null
sbcl --noinform --non-interactive --eval '(compile-file "s.lisp" :output-file "/tmp/s.fasl")' >/dev/null 2>&1
$run s.fasl 2>/dev/null | md5sum
cat >g.scm <<'L'
(use-modules (ice-9 threads) (ice-9 regex) (srfi srfi-1))
(define (fib n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
(format #t "fib ~a\n" (fib 25))
(define (loop i s) (if (= i 0) s (loop (- i 1) (+ s (* i 0.5)))))
(format #t "sum ~a\n" (loop 1000000 0))
(define m (make-mutex))
(define n 0)
(for-each join-thread (map (lambda (t) (call-with-new-thread (lambda () (let l ((i 0)) (if (< i 3000) (begin (with-mutex m (set! n (+ n 1))) (l (+ i 1)))))))) (iota 4)))
(format #t "threads ~a\n" n)
(format #t "list ~a\n" (fold + 0 (map (lambda (x) (* x x)) (iota 50000))))
(format #t "big ~a\n" (modulo (expt 3 5000) 1000003))
(format #t "cc ~a\n" (call/cc (lambda (k) (for-each (lambda (x) (if (> x 100) (k x))) (iota 1000)))))
(format #t "err ~a\n" (catch #t (lambda () (vector-ref (vector 1) 5)) (lambda (k . a) k)))
(gc)
L
export GUILE_AUTO_COMPILE=0 HOME=/tmp
guile-3.0 g.scm
GUILE_JIT_THRESHOLD=0 guile-3.0 g.scm | md5sum
GUILE_JIT_THRESHOLD=-1 guile-3.0 g.scm | md5sum
