require "native_answer"
