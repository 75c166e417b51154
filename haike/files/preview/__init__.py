"""Looking at attachments without downloading them: pictures drawn anew, PDF, text, spreadsheets, documents."""
