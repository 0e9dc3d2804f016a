package answer

import "testing"

func TestSum(t *testing.T) {
	if got := Sum(1000); got != 499500 {
		t.Fatalf("Sum(1000) = %d", got)
	}
}
