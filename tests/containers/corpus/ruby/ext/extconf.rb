require "mkmf"
create_makefile("native_answer")
