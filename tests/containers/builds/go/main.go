// Answers and ends; what it takes to compile is small, as every build compiles it anew.
package main

import (
	"fmt"
	"os"
	"runtime"

	"example.org/server/answer"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: server WORD")
		os.Exit(2)
	}
	fmt.Printf("%s: %d on %s\n", os.Args[1], answer.Sum(100), runtime.GOARCH)
}
