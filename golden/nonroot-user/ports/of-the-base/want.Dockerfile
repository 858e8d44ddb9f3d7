FROM mcr.microsoft.com/dotnet/aspnet:6.0
RUN groupadd --gid 1000 appuser && useradd --uid 1000 --gid appuser --create-home --shell /usr/sbin/nologin appuser
WORKDIR /app
COPY out .
RUN chown appuser:appuser /app
USER appuser
ENTRYPOINT ["dotnet", "app.dll"]
