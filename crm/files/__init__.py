"""Files that people bring and papers that are printed (docs/files.md).

Nouns: File, Attachment (to which record a file belongs), Variant (a picture in another size); Paper is a value that
is printed.
Verbs: take_file, delete_file, attach_file, detach_file, make_variants, print_paper.
Errors: FileNotFound, FileTooLarge, FileNotAllowed, NotAPicture, FileInUse.
Events: file.taken, file.deleted, file.attached, file.detached.
What a file is, its content says, not its name; pictures are made anew and lose what they tell of their maker.
"""
