package main

import (
	"fmt"
	"runtime"
)

func main() {
	done := make(chan string)
	go func() { done <- runtime.GOARCH }()
	fmt.Println("Hello from Go on", <-done)
}
