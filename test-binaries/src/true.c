// Ends at once with status 0, after all that the C library does at start.
int main(void) { return 0; }
