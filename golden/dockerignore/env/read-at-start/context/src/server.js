// Settings come from .env.
import 'dotenv/config';
import express from 'express';
express().listen(process.env.PORT);
