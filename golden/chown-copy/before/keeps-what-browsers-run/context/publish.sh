#!/bin/sh
dotnet publish -o "$1"
