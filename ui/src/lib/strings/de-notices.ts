/**
 * What the engine says when something is missing or fails, in German; by its English sentences as they stand in
 * the sources. A placeholder without a name is called by its number. `engine-texts.ts` finds them.
 */
/** What stands above the results or beside an answer: what is missing, and how to get it. */
export const notices = {
  'The word index cannot be opened': 'Der Wortindex lässt sich nicht öffnen',
  'It is rebuilt when the library is next opened for writing':
    'Er wird neu aufgebaut, sobald die Bibliothek das nächste Mal zum Schreiben geöffnet wird',
  'The word index is damaged and is built anew': 'Der Wortindex ist beschädigt und wird neu aufgebaut',
  'Search again in a while; nothing is lost': 'Such in einer Weile noch einmal; nichts ist verloren',
  'The word index is being built anew, and some results are missing until then':
    'Der Wortindex wird neu aufgebaut; bis dahin fehlen manche Treffer',
  'Searched by words only: the model knows Latin letters alone':
    'Nur nach Wörtern gesucht: Das Modell kennt nur lateinische Buchstaben',
  'Searched by words only: {error}': 'Nur nach Wörtern gesucht: {error}',
  'Word search is complete; install Nuthatch again if this stays':
    'Die Suche nach Wörtern ist vollständig; installiere Nuthatch neu, wenn das bleibt',
  'Nothing has all that must be there; these are the nearest':
    'Nichts hat alles, was da sein muss; das hier kommt dem am nächsten',
  'Leave out quotes, signs and operators to search like this from the start':
    'Lass Anführungszeichen, Zeichen und Operatoren weg, um gleich so zu suchen',
  'No file meets these conditions': 'Keine Datei erfüllt diese Bedingungen',
  'Take one of them away': 'Nimm eine davon weg',
  'Nothing has {typed}; looked for {meant} instead': 'Nichts enthält {typed}; gesucht wurde {meant}',
  'Not reranked: {cause}': 'Nicht neu geordnet: {cause}',
  'The order by words and meaning stands; `nuthatch models doctor` tells more':
    'Es bleibt bei der Reihenfolge nach Wörtern und Bedeutung; die Seite Modelle sagt mehr',
  '`nuthatch models doctor` tells more; `nuthatch models use none` ends this':
    'Die Seite Modelle sagt mehr; wähle dort keinen Reranker, um das zu beenden',
  'the model {} is not installed': 'das Modell {0} ist nicht installiert',
  'the model is missing': 'das Modell fehlt',
  'Search by meaning is off: the settings say so (meaning)':
    'Die Suche nach Bedeutung ist aus: So steht es in den Einstellungen',
  'Search by meaning is off: there is no embedding model {id}':
    'Die Suche nach Bedeutung ist aus: Es gibt kein Modell {id} dafür',
  'Search by meaning is off: {what} is missing': 'Die Suche nach Bedeutung ist aus: {what} fehlt',
  '`nuthatch models list` shows the models; correct the setting `embedding`':
    'Wähle auf der Seite Modelle eines, das es gibt',
  'Word search is complete. Install Nuthatch again to get it; in a checkout, run cargo xtask setup':
    'Die Suche nach Wörtern ist vollständig. Installiere Nuthatch neu, um es zu bekommen',
  'The built-in models go on working; correct or remove the file':
    'Die mitgelieferten Modelle arbeiten weiter; berichtige oder entferne die Datei',
  'No model writes answers: {reason}': 'Kein Modell schreibt Antworten: {reason}',
  '`nuthatch models list` shows the models; correct the setting `generator`':
    'Wähle auf der Seite Modelle, was Antworten schreibt',
  'a file of {} is missing': 'eine Datei von {0} fehlt',
  'Something that was forgotten is not yet erased from the disk':
    'Etwas, das vergessen werden sollte, ist noch nicht von der Platte gelöscht',
  'It is tried again; a program that searches the library may be in the way':
    'Es wird wieder versucht; vielleicht ist ein Programm im Weg, das die Bibliothek durchsucht',
  'Changes are noticed late in some folders: {LIMIT}': 'In manchen Ordnern werden Änderungen spät bemerkt: {LIMIT}',
  'Raise it: sudo sysctl fs.inotify.max_user_watches=1048576; to keep that, write the setting into a file in /etc/sysctl.d':
    'Erhöhe die Grenze: sudo sysctl fs.inotify.max_user_watches=1048576; damit es so bleibt, schreib das in eine Datei in /etc/sysctl.d',
  'Indexing was interrupted: {cause}': 'Das Lesen wurde unterbrochen: {cause}',
  'It is tried again; what was read so far can be found':
    'Es wird wieder versucht; was schon gelesen ist, kann gefunden werden',
  'Search by meaning still uses the model {}: {} has not embedded everything yet':
    'Die Suche nach Bedeutung benutzt noch das Modell {0}: {1} hat noch nicht alles gelesen',
  'The library\'s database is damaged': 'Die Datenbank der Bibliothek ist beschädigt',
  'Close Nuthatch and start it again: it is looked at whole, and repaired':
    'Beende Nuthatch und starte es neu: Sie wird dann ganz geprüft und repariert',
  'The library\'s database was damaged ({}). What could be read of it was taken into a new one: {} folders, {} embeddings, {} recognised pages; the files are read again':
    'Die Datenbank der Bibliothek war beschädigt ({0}). Was lesbar war, kam in eine neue: {1} Ordner, {2} Bedeutungen, {3} erkannte Seiten; die Dateien werden neu gelesen',
  'The damaged one is kept as {}; delete it when you miss nothing':
    'Die beschädigte liegt noch als {0} da; lösche sie, wenn dir nichts fehlt',
  '{n_foreign} of {n} documents are not in English, and the built-in model finds them by their words, hardly by meaning':
    '{n_foreign} von {n} Dokumenten sind nicht auf Englisch; das mitgelieferte Modell findet sie nach Wörtern, kaum nach Bedeutung',
  '{get}`nuthatch models use {}`: one for every language, and all is found as before until it has read everything. `nuthatch models use {}` keeps this one':
    'Hol und wähle auf der Seite Modelle {0}: eines für jede Sprache; bis es alles gelesen hat, wird alles wie bisher gefunden. Wähle dort {1}, um dieses zu behalten',
  'Your administrator\'s policy {shown} is not understood in full: {}':
    'Die Vorgabe deiner Administration ({shown}) wird nicht ganz verstanden: {0}',
  'Tell your administrator; what is understood of it is obeyed, and nothing is connected to':
    'Sag es deiner Administration; was verstanden wird, gilt, und es wird nichts verbunden',
  'Tell your administrator; what is understood of it is obeyed':
    'Sag es deiner Administration; was verstanden wird, gilt',
  'The folder {}, which your administrator has set, is not there':
    'Der Ordner {0}, den deine Administration festgelegt hat, ist nicht da',
  'It is added when Nuthatch starts and finds it': 'Er wird aufgenommen, wenn Nuthatch startet und ihn findet',
  'The folder was not added: {reason}': 'Der Ordner wurde nicht aufgenommen: {reason}',
  'The library\'s folder cannot be written ({reason}): it can be searched, not changed':
    'In den Ordner der Bibliothek kann nicht geschrieben werden ({reason}): Sie kann durchsucht, aber nicht geändert werden',
  'It is tried again every few seconds': 'Es wird alle paar Sekunden wieder versucht',
  'Another Nuthatch is using this library: it can be searched, not changed':
    'Ein anderes Nuthatch benutzt diese Bibliothek: Sie kann durchsucht, aber nicht geändert werden',
  'Close the other one to change folders here': 'Schließ das andere, um hier Ordner zu ändern',
  'Nuthatch {} is there': 'Nuthatch {0} ist da',
  'The page About installs it, when you say so': 'Die Seite Über installiert es, wenn du es sagst',
  'The answer was cut: it became too long': 'Die Antwort wurde gekürzt: Sie wurde zu lang',
  'The answer was cut: the model can hold no more': 'Die Antwort wurde gekürzt: Mehr fasst das Modell nicht',
  'Ask for less, or of fewer files': 'Frag nach weniger oder über weniger Dateien',
  'The model began to repeat itself and was stopped': 'Das Modell begann sich zu wiederholen und wurde angehalten',
  'The model stopped before the end: {error}': 'Das Modell hörte vor dem Ende auf: {error}',
  'Ask again': 'Frag noch einmal',
  'The nearest passage is longer than the model can read at once; it was given the beginning':
    'Die nächstliegende Stelle ist länger, als das Modell auf einmal lesen kann; es bekam den Anfang',
  'The model wrote nothing; these are the files\' own words':
    'Das Modell schrieb nichts; das sind die eigenen Worte der Dateien',
  'What the model wrote does not stand in your files; these are their own words':
    'Was das Modell schrieb, steht nicht in deinen Dateien; das sind deren eigene Worte',
  'the disk is full{} at {place}': 'die Platte ist voll{0} bei {place}',
  '{place} is on a disk that can be read only': '{place} liegt auf einer Platte, die nur gelesen werden kann',
  'writing to {place} is not permitted': 'in {place} darf nicht geschrieben werden',
  '{place} is not there any more': '{place} ist nicht mehr da',
  'the disk with {place} fails ({error})': 'die Platte mit {place} versagt ({error})',
  '{what}; reading goes on when that has changed': '{what}; es wird weitergelesen, sobald sich das geändert hat',
  'the library\'s database is damaged; it is repaired when Nuthatch is started again':
    'die Datenbank der Bibliothek ist beschädigt; sie wird repariert, wenn Nuthatch neu gestartet wird',
};

/** Why something that was asked for failed, and what to do. */
export const errors = {
  '{path} does not exist': '{path} gibt es nicht',
  '{path} is not in the library': '{path} ist nicht in der Bibliothek',
  'a query is wanted: some words, no more than a sentence or two':
    'es braucht eine Suche: ein paar Wörter, höchstens ein, zwei Sätze',
  'the file is not in the library any more': 'die Datei ist nicht mehr in der Bibliothek',
  '{path} cannot be read: {reason}': '{path} kann nicht gelesen werden: {reason}',
  '{path} cannot be written ({reason}); check its permissions and the disk':
    'in {path} kann nicht geschrieben werden ({reason}); prüf die Berechtigungen und die Platte',
  '{what}: your administrator has set so, in {policy}': '{what}: von deiner Administration festgelegt, in {policy}',
  'only folders in {} may be added': 'nur Ordner in {0} dürfen aufgenommen werden',
  'no folder may be added': 'kein Ordner darf aufgenommen werden',
  '{} is in every library here': '{0} ist hier in jeder Bibliothek',
  '{key} is set by your administrator, in {policy}; it cannot be changed here':
    '{key} hat deine Administration festgelegt, in {policy}; hier kann es nicht geändert werden',
  'the pattern cannot be used: {reason}': 'das Muster kann nicht benutzt werden: {reason}',
  'the library is in use by another Nuthatch (process {holder}); close it, or search only':
    'ein anderes Nuthatch benutzt die Bibliothek (Prozess {holder}); schließ es oder such nur',
  '{path} lies in another file; forget that one': '{path} steckt in einer anderen Datei; vergiss diese',
  'the library is open for reading only': 'die Bibliothek ist nur zum Lesen geöffnet',
  '{} is no longer there': '{0} ist nicht mehr da',
  'It was moved or deleted a moment ago; search again': 'Es wurde eben verschoben oder gelöscht; such noch einmal',
  'Check that it is still there': 'Sieh nach, ob es noch da ist',
  'The library\'s page says what is known of a file, and why it is not found':
    'Die Seite Bibliothek sagt, was von einer Datei bekannt ist und warum sie nicht gefunden wird',
  'It was moved or deleted, or its folder was removed; search again':
    'Sie wurde verschoben oder gelöscht, oder ihr Ordner wurde entfernt; such noch einmal',
  'Check that it is what it should be and that you may read it':
    'Sieh nach, ob es ist, was es sein soll, und ob du es lesen darfst',
  'Make room on the disk, or check that the library\'s folder may be written':
    'Schaff Platz auf der Platte, oder prüf, ob in den Ordner der Bibliothek geschrieben werden darf',
  'The record of connections cannot be read: {error}':
    'Das Verzeichnis der Verbindungen kann nicht gelesen werden: {error}',
  'Look at {}': 'Sieh dir {0} an',
  'Install Nuthatch again': 'Installiere Nuthatch neu',
  'Ask your administrator': 'Frag deine Administration',
  'Write it as in a .gitignore: *.log, build/, /drafts': 'Schreib es wie in einer .gitignore: *.log, build/, /drafts',
  'Close the other Nuthatch, then start this one again': 'Schließ das andere Nuthatch und starte dieses neu',
  'Start Nuthatch again': 'Starte Nuthatch neu',
  'Start Nuthatch again; if it stays, please report this message':
    'Starte Nuthatch neu; wenn es bleibt, melde bitte diese Nachricht',
  'The system would not open {shown}: {error}': 'Das System wollte {shown} nicht öffnen: {error}',
  'Open it from your file manager instead': 'Öffne es stattdessen im Dateimanager',
  'The report could not be written to {shown}: {error}':
    'Der Bericht konnte nicht nach {shown} geschrieben werden: {error}',
  'Choose another place': 'Wähl einen anderen Ort',
  '“{written}” is no key for the launcher: {why}': '„{written}“ ist keine Taste für den Starter: {why}',
  'Write it like Ctrl+Alt+Space': 'Schreib sie wie Ctrl+Alt+Space',
  'The key could not be taken: {error}': 'Die Taste konnte nicht belegt werden: {error}',
  'Another program may have it; choose another key': 'Vielleicht hat sie ein anderes Programm; wähl eine andere',
  'The entry for the start of the desktop could not be changed: {error}':
    'Der Eintrag für den Start mit dem Desktop konnte nicht geändert werden: {error}',
  'Add nuthatch-desktop --hidden in your desktop\'s settings instead':
    'Trag stattdessen nuthatch-desktop --hidden in den Einstellungen deines Desktops ein',
  'Add nuthatch-desktop --hidden in your desktop\'s settings':
    'Trag nuthatch-desktop --hidden in den Einstellungen deines Desktops ein',
  'A portable Nuthatch does not start with the desktop: it writes nothing outside its folder':
    'Ein portables Nuthatch startet nicht mit dem Desktop: Es schreibt nichts außerhalb seines Ordners',
  'Starting with the desktop is not there for this system yet':
    'Den Start mit dem Desktop gibt es für dieses System noch nicht',
  'Add nuthatch-desktop --hidden in the system\'s settings':
    'Trag nuthatch-desktop --hidden in den Einstellungen des Systems ein',
  'The licence {} forbids commercial use': 'Die Lizenz {0} verbietet die kommerzielle Nutzung',
  'Accept it to get the model': 'Stimm ihr zu, um das Modell zu bekommen',
  '{id} was not fetched: the settings say never to connect (never_connect)':
    '{id} wurde nicht geholt: Die Einstellungen verbieten jede Verbindung',
  'could not download {url}: {reason}': '{url} konnte nicht geholt werden: {reason}',
  '{url}: the server answered {status}': '{url}: Der Server antwortete {status}',
  '{url}: the server sent a web page instead of the file': '{url}: Der Server schickte eine Webseite statt der Datei',
  '{url} has {found} bytes, and not {expected}': '{url} hat {found} Bytes und nicht {expected}',
  '{id} is not installed': '{id} ist nicht installiert',
  '{id} is being installed by another process': '{id} wird gerade von einem anderen Prozess installiert',
  '{folder} lacks {}': 'in {folder} fehlt {0}',
  'Make room, or look at the folder\'s rights': 'Schaff Platz, oder sieh dir die Rechte des Ordners an',
  'Turn the setting off on the page of connections first':
    'Schalte die Einstellung zuerst auf der Seite Verbindungen aus',
  'No connection was made: the settings forbid every one (never_connect)':
    'Es wurde nichts verbunden: Die Einstellungen verbieten es',
  'Newer versions could not be looked for: {error}': 'Nach neueren Versionen konnte nicht gesucht werden: {error}',
  'The newer version was not installed: {error}': 'Die neuere Version wurde nicht installiert: {error}',
  'Newer packages are where this one came from': 'Neuere Pakete gibt es dort, woher dieses kam',
  'could not read the settings {path}': 'die Einstellungen {path} konnten nicht gelesen werden',
  'could not understand the settings {path}: {reason}': 'die Einstellungen {path} wurden nicht verstanden: {reason}',
  'could not write the settings {path}': 'die Einstellungen {path} konnten nicht geschrieben werden',
  'Correct the file with an editor, or delete it to have the defaults':
    'Berichtige die Datei mit einem Editor, oder lösche sie für die Vorgaben',
};
