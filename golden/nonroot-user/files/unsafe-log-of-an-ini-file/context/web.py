import logging
import logging.config

logging.config.fileConfig("logging.ini")
logging.info("starts")
