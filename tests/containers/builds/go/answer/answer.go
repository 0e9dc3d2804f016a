// Package answer computes what the server says.
package answer

import "sync"

// Sum adds the numbers below n in as many goroutines.
func Sum(n int) int {
	var lock sync.Mutex
	var all sync.WaitGroup
	sum := 0
	for i := range n {
		all.Add(1)
		go func() {
			defer all.Done()
			lock.Lock()
			defer lock.Unlock()
			sum += i
		}()
	}
	all.Wait()
	return sum
}
