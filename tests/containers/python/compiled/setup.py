from setuptools import Extension, setup

setup(ext_modules=[Extension("compiled", ["compiled.c"])])
