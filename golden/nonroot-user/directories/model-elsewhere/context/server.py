import whisper
model = whisper.load_model('base', download_root='/opt/models')
