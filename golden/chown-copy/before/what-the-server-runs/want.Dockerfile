FROM node:20-slim AS build
WORKDIR /src
COPY . .
RUN ./publish.sh /out

FROM mcr.microsoft.com/dotnet/aspnet:8.0
WORKDIR /app
COPY --from=build --chown=app:app /out .
USER app
ENTRYPOINT ["dotnet", "Web.dll"]
