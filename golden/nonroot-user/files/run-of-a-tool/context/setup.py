from setuptools import setup

setup(name="polls")
