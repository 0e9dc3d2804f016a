# packages: golang-go
# The go command, compiler, vet and linker; then goroutines, channels, preemption, garbage, panics, maps, timers.
export HOME=/tmp GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0
mkdir -p /tmp/m && cd /tmp/m && cat >go.mod <<'M'
module example.org/m
go 1.24
M
cat >main.go <<'G'
package main

import (
	"crypto/aes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type node struct{ l, r *node }

func tree(d int) *node {
	if d == 0 {
		return &node{}
	}
	return &node{tree(d - 1), tree(d - 1)}
}
func (n *node) count() int {
	if n.l == nil {
		return 1
	}
	return 1 + n.l.count() + n.r.count()
}
func try(f func()) (s string) {
	defer func() {
		if r := recover(); r != nil {
			s = fmt.Sprint(r)
		}
	}()
	f()
	return "none"
}
func main() {
	var n atomic.Int64
	var mu sync.Mutex
	plain := 0
	var wg sync.WaitGroup
	for g := 0; g < 500; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 300; i++ {
				n.Add(1)
				mu.Lock()
				plain++
				mu.Unlock()
				if i%50 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	wg.Wait()
	fmt.Println("goroutines", n.Load(), plain)
	ch := make(chan int)
	for i := 0; i < 8; i++ {
		go func() {
			for j := 0; j < 5000; j++ {
				ch <- j
			}
		}()
	}
	s := 0
	for i := 0; i < 40000; i++ {
		s += <-ch
	}
	fmt.Println("channel", s)
	total := 0
	done := make(chan int)
	for i := 0; i < 4; i++ {
		go func() {
			c := 0
			for j := 0; j < 30; j++ {
				c += tree(12).count()
			}
			done <- c
		}()
	}
	for i := 0; i < 4; i++ {
		total += <-done
	}
	fmt.Println("trees", total)
	runtime.GOMAXPROCS(1)
	var flag atomic.Bool
	go func() { flag.Store(true) }()
	x := 0
	for !flag.Load() {
		x++
	}
	runtime.GOMAXPROCS(4)
	fmt.Println("preempted")
	stop := make(chan bool)
	go func() {
		y := uint64(1)
		for {
			y = y*6364136223846793005 + 1
			if y == 0 {
				break
			}
		}
		stop <- true
	}()
	for i := 0; i < 10; i++ {
		runtime.GC()
	}
	debug.FreeOSMemory()
	fmt.Println("gc with a spinning goroutine")
	var nilp *node
	z := 0
	a := []int{1}
	k := 5
	var mp map[string]int
	fmt.Println(try(func() { _ = nilp.l.l }), "|", try(func() { fmt.Println(1 / z) }), "|", try(func() { _ = a[k] }), "|", try(func() { mp["a"] = 1 }), "|", try(func() { panic("p") }))
	bad := 0
	for i := 0; i < 3000; i++ {
		if try(func() { _ = nilp.r.l }) != "none" {
			bad++
		}
	}
	fmt.Println("nil panics", bad)
	f := 0.0
	for i := 1; i < 1000000; i++ {
		f += math.Sqrt(float64(i)) * math.Sin(float64(i)) / math.Log1p(float64(i))
	}
	fmt.Printf("%.10f %v %v %v\n", f, math.FMA(f, f, -f*f), int32(int64(math.Trunc(1e9))), math.Float32bits(float32(f)))
	h := sha256.New()
	buf := make([]byte, 1<<16)
	for i := range buf {
		buf[i] = byte(i * 7)
	}
	for i := 0; i < 200; i++ {
		h.Write(buf)
	}
	fmt.Printf("%x %08x\n", h.Sum(nil), crc32.ChecksumIEEE(buf))
	blk, _ := aes.NewCipher(make([]byte, 32))
	for i := 0; i < 100000; i++ {
		blk.Encrypt(buf, buf)
	}
	fmt.Printf("%x\n", buf[:16])
	key := ed25519.NewKeyFromSeed(make([]byte, 32))
	sig := ed25519.Sign(key, buf)
	fmt.Println(ed25519.Verify(key.Public().(ed25519.PublicKey), buf, sig), fmt.Sprintf("%x", sig[:6]))
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 1279), big.NewInt(1))
	fmt.Println(p.ProbablyPrime(10))
	words := strings.Fields(strings.Repeat("the quick brown fox jumps over the lazy dog ", 5000))
	m := map[string]int{}
	for i, w := range words {
		m[w] += i
	}
	ks := []string{}
	for k := range m {
		ks = append(ks, k)
	}
	sort.Strings(ks)
	js, _ := json.Marshal(m)
	fmt.Println(ks, string(js), len(regexp.MustCompile(`(\w)o(\w+)`).FindAllString(strings.Join(words, " "), -1)))
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGUSR1)
	for i := 0; i < 20; i++ {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		<-c
	}
	fmt.Println("signals")
	var tw sync.WaitGroup
	for i := 0; i < 1000; i++ {
		tw.Add(1)
		time.AfterFunc(time.Duration(i%20)*time.Millisecond, tw.Done)
	}
	tw.Wait()
	fmt.Println("timers")
	for i := 0; i < 20; i++ {
		out, err := exec.Command("/bin/echo", "x").Output()
		if err != nil || string(out) != "x\n" {
			fmt.Println("exec", err, out)
		}
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go io.Copy(c, c)
		}
	}()
	var nw sync.WaitGroup
	var got atomic.Int64
	for i := 0; i < 30; i++ {
		nw.Add(1)
		go func() {
			defer nw.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			go func() { c.Write(buf) }()
			r := make([]byte, len(buf))
			k, _ := io.ReadFull(c, r)
			got.Add(int64(k))
			c.Close()
		}()
	}
	nw.Wait()
	fmt.Println("net", got.Load())
}
G
go vet . ; go build -o m . && for i in 1 2 3 4 5; do ./m | md5sum; GOGC=5 ./m | md5sum; done; ./m
