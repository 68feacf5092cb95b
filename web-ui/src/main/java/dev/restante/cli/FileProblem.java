package dev.restante.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why a file cannot be read or written, as people say it: what the system throws often holds no more than the name. */
final class FileProblem {
    private FileProblem() {}

    /** Such as {@code there is no such file or folder}, without a full stop. */
    static String why(IOException problem) {
        if (problem instanceof NoSuchFileException) {
            return "there is no such file or folder";
        } else if (problem instanceof AccessDeniedException) {
            return "this user has no permission for it";
        } else if (problem instanceof FileAlreadyExistsException || problem instanceof NotDirectoryException) {
            return "there is a file where a folder is needed";
        } else if (problem instanceof CharacterCodingException) {
            return "it is no text in UTF-8";
        } else if (problem instanceof FileSystemException refused) {
            return refused.getReason() == null ? "the system refuses" : refused.getReason();
        }
        return problem.getMessage() == null ? problem.getClass().getSimpleName() : problem.getMessage();
    }

    /** The same, with the file's name where the system tells it. */
    static String named(IOException problem) {
        return problem instanceof FileSystemException refused && refused.getFile() != null
                ? refused.getFile() + ": " + why(problem)
                : why(problem);
    }
}
