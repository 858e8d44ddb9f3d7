FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /app
COPY . .
RUN chown app:app /app
USER app
ENTRYPOINT ["dotnet", "out/app.dll"]
