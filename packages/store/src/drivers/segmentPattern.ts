/**
 * No dot at the beginning: such names are given by others, `.DS_Store` by macOS, `.nfs…` by NFS. None at the end: that refuses `.` and `..`, and Windows would drop it. Nothing else that could mean something to
 * a file system is in the alphabet, nor is the `~` of our temporary files.
 */
export const segmentPattern: RegExp = /^(?!\.)[A-Za-z0-9._-]*[A-Za-z0-9_-]$/
