-- What documents say of themselves, what their pages are (page, slide, sheet, chapter), and what they
-- call the places in them. `labels` belongs to `marks`: pairs of a mark's number and its label.
ALTER TABLE documents ADD COLUMN author TEXT;
ALTER TABLE documents ADD COLUMN written TEXT;
ALTER TABLE documents ADD COLUMN unit TEXT NOT NULL DEFAULT 'page';
ALTER TABLE documents ADD COLUMN labels BLOB;
-- How many files there are in it.
ALTER TABLE documents ADD COLUMN n_children INTEGER NOT NULL DEFAULT 0;
ALTER TABLE passages ADD COLUMN label TEXT;

-- Files inside a file: members of an archive, mails of a mailbox, attachments. `container_id` is the
-- file of the disk that holds them, however deep; their path begins with its path. They never wait by
-- themselves: what they are is found out by reading their container.
-- `present_…` is what a file inside an away container was before, since nothing else knows it.
ALTER TABLE files ADD COLUMN container_id INTEGER REFERENCES files (id);
ALTER TABLE files ADD COLUMN present_state TEXT;
ALTER TABLE files ADD COLUMN present_reason TEXT;
CREATE INDEX files_container ON files (container_id) WHERE container_id IS NOT NULL;
