"""Files that people bring, pictures of records, and papers that are printed (docs/files.md).

Nouns: StoredFile, PictureVariant (a picture in another size), StorageUse (how much room a place has taken); Record
(what a file belongs to) and Paper (what is printed) are values.
Verbs: store_file, attach_file, delete_file, prepare_pictures, put_pictures, forget_files, sweep_bytes, print_paper.
Errors: FileNotFound, FileTooLarge, FileEmpty, FileNotAllowed, NotAPicture, PictureTooLarge, NoRoom and more.
Events: file.stored, file.attached, file.deleted.
What a file is, its content says, not its name; pictures are made anew and lose what they tell of their maker.
"""
