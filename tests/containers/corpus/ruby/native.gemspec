Gem::Specification.new do |spec|
  spec.name = "native"
  spec.version = "1.0"
  spec.summary = "A gem with an extension in C."
  spec.authors = ["Nobody"]
  spec.license = "MIT"
  spec.files = Dir["lib/*.rb", "ext/*"]
  spec.extensions = ["ext/extconf.rb"]
end
