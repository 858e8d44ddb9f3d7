FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /app
COPY out .
RUN chown app:app /app
USER app
ENTRYPOINT ["dotnet", "app.dll"]
