// A server for one purpose: to be built in one stage and run in another. With an argument it answers and ends.
package main

import (
	"fmt"
	"net/http"
	"os"
	"runtime"

	"example.org/server/answer"
)

func main() {
	text := fmt.Sprintf("%d on %s\n", answer.Sum(100), runtime.GOARCH)
	if len(os.Args) > 1 {
		fmt.Print(text)
		return
	}
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) })
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
