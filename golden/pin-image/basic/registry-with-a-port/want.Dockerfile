FROM localhost:5000/team/app:1.2.7 AS a
FROM localhost:5000/team/app:1.3.0 AS b
FROM localhost:5000/node:20.19.5-alpine
