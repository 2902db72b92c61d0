/**
 * What the engine says of files, queries and models, in German; by its English sentences as they stand in the
 * sources. A placeholder without a name is called by its number. `engine-texts.ts` finds them.
 */
/** Why a file is in its state, how a folder is followed, what a folder looks like. */
export const reasons = {
  'it is locked by its seller (DRM)': 'ihr Verkäufer hat sie gesperrt (DRM)',
  'it is locked with a password': 'sie ist mit einem Passwort geschützt',
  'the PDF is locked with a password': 'das PDF ist mit einem Passwort geschützt',
  'there is no text in it': 'sie enthält keinen Text',
  'there is no mail in it': 'sie enthält keine E-Mail',
  'there is no page in it': 'sie enthält keine Seite',
  'there is nothing in its cells': 'in ihren Zellen steht nichts',
  'there is nothing in the archive': 'das Archiv ist leer',
  'there is nothing on its pages': 'auf ihren Seiten steht nichts',
  'the file is empty': 'die Datei ist leer',
  'it is not text; the file is found by its name':
    'sie enthält keinen Text; die Datei wird über ihren Namen gefunden',
  'Nuthatch does not read .{extension} files yet; the file is found by its name':
    'Nuthatch liest .{extension}-Dateien noch nicht; die Datei wird über ihren Namen gefunden',
  'it is called .{extension}, but it is not a {} file': 'sie heißt .{extension}, ist aber keine {0}-Datei',
  'it is not a regular file': 'es ist keine gewöhnliche Datei',
  'it is a pipe, a socket or a device, which holds no document':
    'es ist eine Pipe, ein Socket oder ein Gerät und enthält kein Dokument',
  'it kept changing while it was read': 'sie hat sich beim Lesen immer wieder geändert',
  'it lies in the cloud, and only a placeholder here; it is read once it is on this machine':
    'sie liegt in der Cloud und hier nur als Platzhalter; gelesen wird sie, sobald sie auf diesem Rechner ist',
  'it is not there any more': 'sie ist nicht mehr da',
  'it was not found any more': 'es wurde nicht mehr gefunden',
  'permission to read it is missing': 'die Berechtigung zum Lesen fehlt',
  'it is too large for the memory that reading may take':
    'sie ist zu groß für den Arbeitsspeicher, den das Lesen nehmen darf',
  'it could not be read: {error}': 'sie konnte nicht gelesen werden: {error}',
  'only the first {mib} MB of the file are read': 'nur die ersten {mib} MB der Datei werden gelesen',
  'only the first {} MB of its text are read': 'nur die ersten {0} MB ihres Textes werden gelesen',
  '{name} unpacks to more than {} MB': '{name} ergibt entpackt mehr als {0} MB',
  'the file is longer than the limit; its end is not read':
    'die Datei ist länger als erlaubt; ihr Ende wird nicht gelesen',
  'the document is damaged: {reason}': 'das Dokument ist beschädigt: {reason}',
  'it ends too early': 'es endet zu früh',
  'it has no part {name}': 'der Teil {name} fehlt',
  'its part {path} is missing': 'ihr Teil {path} fehlt',
  'slide {} is missing': 'Folie {0} fehlt',
  'it has no slides': 'es hat keine Folien',
  'it has no text': 'es hat keinen Text',
  'the order of its slides is lost': 'die Reihenfolge der Folien ist verloren',
  'its table of pieces is lost': 'das Verzeichnis seiner Teile ist verloren',
  'the archive is damaged: {error}': 'das Archiv ist beschädigt: {error}',
  'the book is damaged: its container names no package': 'das Buch ist beschädigt: Es nennt keinen Inhalt',
  'the book is damaged: it lists no chapters': 'das Buch ist beschädigt: Es nennt keine Kapitel',
  'the notebook is damaged: {error}': 'das Notebook ist beschädigt: {error}',
  'the picture is damaged: {error}': 'das Bild ist beschädigt: {error}',
  'the workbook is damaged: {reason}': 'die Arbeitsmappe ist beschädigt: {reason}',
  'the saved page is damaged': 'die gespeicherte Seite ist beschädigt',
  'the PDF is damaged, or not a PDF': 'das PDF ist beschädigt oder keines',
  'the PDF has no pages': 'das PDF hat keine Seiten',
  'the PDF could not be read: {other}': 'das PDF konnte nicht gelesen werden: {other}',
  'PDF files cannot be read: {error}': 'PDF-Dateien können nicht gelesen werden: {error}',
  'PDF files cannot be read: the pdfium library is missing; install Nuthatch again':
    'PDF-Dateien können nicht gelesen werden: Die Bibliothek pdfium fehlt; installiere Nuthatch neu',
  'it could not be taken out of the PDF: {error}': 'sie konnte nicht aus dem PDF genommen werden: {error}',
  'it is no mail, or a damaged one': 'es ist keine E-Mail oder eine beschädigte',
  'it was written by a Word that is older than Word 97, which is not read':
    'sie stammt von einem Word vor Word 97, das nicht gelesen wird',
  'its format is unknown to this worker': 'dieses Lesewerkzeug kennt ihr Format nicht',
  'its reader could not be started: {reason}': 'das Leseprogramm konnte nicht gestartet werden: {reason}',
  'its reader crashed on it, or needed more than {memory_mib} MB ({status})':
    'das Leseprogramm ist daran abgestürzt oder brauchte mehr als {memory_mib} MB ({status})',
  'its reader crashed on it ({error})': 'das Leseprogramm ist daran abgestürzt ({error})',
  'its reader failed on it (a fault of the program)':
    'das Leseprogramm ist daran gescheitert (ein Fehler des Programms)',
  'its reader is of another version of the program': 'das Leseprogramm gehört zu einer anderen Version',
  'reading it took longer than {seconds} s': 'das Lesen dauerte länger als {seconds} s',
  'reading all of it would take too long': 'alles zu lesen würde zu lange dauern',
  '{failure}; what was read before that is kept': '{failure}; was vorher gelesen wurde, bleibt',
  '{reason}; the rest of what is in it was not read': '{reason}; der Rest ihres Inhalts wurde nicht gelesen',
  'its page {page} could not be read: {failure}': 'ihre Seite {page} konnte nicht gelesen werden: {failure}',
  '{n_broken} of {n_pages} pages could not be read': '{n_broken} von {n_pages} Seiten konnten nicht gelesen werden',
  'the picture on page {page} could not be read: {reason}':
    'das Bild auf Seite {page} konnte nicht gelesen werden: {reason}',
  '{what}, whose text is read in the background': '{what}; der Text darauf wird im Hintergrund erkannt',
  '{what}, whose text is not read: {why}': '{what}; der Text darauf wird nicht erkannt: {why}',
  'it is a picture': 'es ist ein Bild',
  '1 of its {n_pages} pages is a picture': 'eine ihrer {n_pages} Seiten ist ein Bild',
  '{n_open} of its {n_pages} pages are pictures': '{n_open} ihrer {n_pages} Seiten sind Bilder',
  'it has no pages that are pictures': 'keine ihrer Seiten ist ein Bild',
  'the picture is too small to hold text': 'das Bild ist zu klein für Text',
  'no text was found in what it shows': 'auf dem Bild wurde kein Text gefunden',
  'the page cannot be shown: {error}': 'die Seite kann nicht gezeigt werden: {error}',
  'the page is empty': 'die Seite ist leer',
  'only its first {MAX_MEMBERS} files are read': 'nur ihre ersten {MAX_MEMBERS} Dateien werden gelesen',
  'only its first {MAX_SLIDES} slides are read': 'nur ihre ersten {MAX_SLIDES} Folien werden gelesen',
  'too many files in it could not be read': 'zu viele Dateien darin konnten nicht gelesen werden',
  'what is packed in it is too large for it to be honest; the rest is not read':
    'das Gepackte darin ist zu groß, um ehrlich zu sein; der Rest wird nicht gelesen',
  'it lies more than {MAX_DEPTH} files inside files deep': 'sie steckt mehr als {MAX_DEPTH} Dateien tief in Dateien',
  'it could not be unpacked: {error}': 'sie konnte nicht entpackt werden: {error}',
  'it belongs to Nuthatch\'s own library': 'sie gehört zu Nuthatchs eigener Bibliothek',
  '“{}” is hidden; hidden files and folders are left out':
    '„{0}“ ist versteckt; versteckte Dateien und Ordner werden ausgelassen',
  'a rule in a .gitignore or {IGNORE_FILE} leaves it out':
    'eine Regel in einer .gitignore oder {IGNORE_FILE} lässt sie aus',
  'the program is closing': 'das Programm wird gerade beendet',
  'nobody listens any more: {error}': 'niemand hört mehr zu: {error}',
  'it waits to be read': 'sie wartet darauf, gelesen zu werden',
  'it was read whole; every word of it can be found': 'sie wurde ganz gelesen; jedes Wort darin kann gefunden werden',
  'it was read in part': 'sie wurde zum Teil gelesen',
  'it could not be read': 'sie konnte nicht gelesen werden',
  'it was left out': 'sie wurde ausgelassen',
  'its folder cannot be reached now': 'ihr Ordner ist gerade nicht erreichbar',
  'it was forgotten at your wish; `nuthatch forget --undo {shown}` ends that':
    'sie wurde auf deinen Wunsch vergessen; unten auf dieser Seite kann sie wieder aufgenommen werden',
  'there is nothing at this path': 'an diesem Ort ist nichts',
  'it is in none of the chosen folders': 'sie liegt in keinem der gewählten Ordner',
  'it is a symbolic link; what it points to is found where it lies':
    'es ist eine symbolische Verknüpfung; ihr Ziel wird dort gefunden, wo es liegt',
  '{shown} looks like {looks}, with {} files, and was left out; `nuthatch include` reads it':
    '{shown} sieht aus wie {looks}, mit {0} Dateien, und wurde ausgelassen; oben bei den Ordnern wird danach gefragt',
  'you left {shown} out; `nuthatch include` reads it': 'du hast {shown} ausgelassen; `nuthatch include` liest es',
  'it is a folder; ask about a file in it': 'es ist ein Ordner; frag nach einer Datei darin',
  'it is new and has not been looked at yet': 'sie ist neu und wurde noch nicht angesehen',
  'packages that a program needs': 'Pakete, die ein Programm braucht',
  'a virtual environment': 'eine virtuelle Umgebung',
  'the output of a build': 'das Ergebnis eines Build-Laufs',
  'a cache': 'ein Zwischenspeicher',
  'files that a program named': 'Dateien, die ein Programm benannt hat',
  'watched': 'beobachtet',
  'looked at every {seconds} s: it lies on a network': 'alle {seconds} s angesehen: er liegt im Netz',
  'looked at every {seconds} s: it cannot be watched': 'alle {seconds} s angesehen: er kann nicht beobachtet werden',
  'looked at every {seconds} s: {LIMIT}': 'alle {seconds} s angesehen: {LIMIT}',
  'the system watches no more folders': 'das System beobachtet keine weiteren Ordner',
};

/** What is wrong with a query, and what to write instead. */
export const hints = {
  '“{text}” is no {what}, so {}: is left out': '„{text}“ ist {what}, daher gilt {0}: nicht',
  'type of file': 'keine Art von Datei',
  'language': 'keine Sprache',
  'date': 'kein Datum',
  'size': 'keine Größe',
  'property of a file': 'keine Eigenschaft einer Datei',
  'thing a file may have': 'nichts, was eine Datei haben kann',
  'Types are {}, and every ending': 'Arten sind {0} und jede Endung',
  'Write lang:en, lang:german or lang:zh': 'Schreib lang:en, lang:german oder lang:zh',
  'Write 2024, 2024-03, 2024-03-05, 2024-03..2024-05, >2023, today or "last month"':
    'Schreib 2024, 2024-03, 2024-03-05, 2024-03..2024-05, >2023, today oder "last month"',
  'Write size:>10MB, size:<100k or size:1MB..5MB': 'Schreib size:>10MB, size:<100k oder size:1MB..5MB',
  'Write is:mail, is:scanned, is:away, is:failed, is:partial, is:skipped or is:waiting':
    'Schreib is:mail, is:scanned, is:away, is:failed, is:partial, is:skipped oder is:waiting',
  'Write has:attachment': 'Schreib has:attachment',
  '{}: says nothing to look for': '{0}: nennt nichts, wonach gesucht werden kann',
  'Write a word behind it, as in {}:report': 'Schreib ein Wort dahinter, wie in {0}:report',
  'There is no field “{name}”, so these are plain words':
    'Es gibt kein Feld „{name}“, daher sind das gewöhnliche Wörter',
  'Fields are {}': 'Felder sind {0}',
  'There is nothing in this query to look for': 'In dieser Suche steht nichts, wonach gesucht werden kann',
  'Add a word': 'Ergänze ein Wort',
  'Only the first {MAX_QUERY_CHARS} characters of the query were used':
    'Nur die ersten {MAX_QUERY_CHARS} Zeichen der Suche wurden benutzt',
  'A sentence or two find more than a page': 'Ein, zwei Sätze finden mehr als eine Seite',
  'Only the first {MAX_QUERY_WORDS} words of the query were looked up':
    'Nur nach den ersten {MAX_QUERY_WORDS} Wörtern der Suche wurde gesucht',
  'This parenthesis closes nothing': 'Diese Klammer schließt nichts',
  'This parenthesis is never closed': 'Diese Klammer wird nie geschlossen',
  'This quote is never closed, so all that follows is one phrase':
    'Dieses Anführungszeichen wird nie geschlossen, daher ist alles Folgende ein Ausdruck',
  'OR stands between two words or groups': 'OR steht zwischen zwei Wörtern oder Gruppen',
  'Write: budget OR forecast': 'Schreib: Haushalt OR Prognose',
  'NOT stands before what must not be there': 'NOT steht vor dem, was nicht vorkommen darf',
  'Write: budget NOT draft': 'Schreib: Haushalt NOT Entwurf',
  'A star stands for letters only at the end of a word': 'Ein Stern steht nur am Ende eines Wortes für Buchstaben',
  'Write: contract*': 'Schreib: Vertrag*',
};

/** What a model is good for, as the catalogue says. */
export const models = {
  'English; small and quick on any processor; ships with the program':
    'Englisch; klein und schnell auf jedem Prozessor; liegt dem Programm bei',
  'text in pictures and on scanned pages: Latin letters, Chinese, Japanese; ships with the program':
    'Text in Bildern und auf gescannten Seiten: lateinische Schrift, Chinesisch, Japanisch; liegt dem Programm bei',
  'the best order of results; needs a graphics card with 12 GB':
    'die beste Reihenfolge der Treffer; braucht eine Grafikkarte mit 12 GB',
  'English results in a good order; needs a graphics card with 6 GB':
    'englische Treffer in guter Reihenfolge; braucht eine Grafikkarte mit 6 GB',
  'any language; small enough for a graphics card with 4 GB, slow on a processor':
    'jede Sprache; klein genug für eine Grafikkarte mit 4 GB, langsam auf einem Prozessor',
  'any language; needs a graphics card with 12 GB': 'jede Sprache; braucht eine Grafikkarte mit 12 GB',
  'English; small and quick on any processor': 'Englisch; klein und schnell auf jedem Prozessor',
  'English in a good order without a graphics card': 'Englisch in guter Reihenfolge ohne Grafikkarte',
  'any language without a graphics card, slowly': 'jede Sprache ohne Grafikkarte, langsam',
  'search by meaning in any language': 'Suche nach Bedeutung in jeder Sprache',
  'answers in any language; needs 8 GB of memory, slow without a graphics card':
    'Antworten in jeder Sprache; braucht 8 GB Arbeitsspeicher, langsam ohne Grafikkarte',
  'answers in any language on a processor of today': 'Antworten in jeder Sprache auf einem heutigen Prozessor',
  'short answers in any language on a processor': 'kurze Antworten in jeder Sprache auf einem Prozessor',
  'short answers on a small machine; often wrong': 'kurze Antworten auf einem kleinen Rechner; oft falsch',
  'trying things out; mostly wrong, English': 'zum Ausprobieren; meist falsch, Englisch',
};
