namespace MobiZO.ExecuTorch.Tests.Setup;

/// <summary>The tables of a small library are read and changed as the loader sees them.</summary>
public sealed class ElfLibraryTests : IDisposable
{
    private const string Source = """
        #include <math.h>
        #include <unistd.h>
        long pages(void) { return sysconf(_SC_PAGESIZE); }
        double root(double x) { return cbrt(x); }
        """;

    private readonly TemporaryFolder _folder = new();

    [ExecuTorchFact]
    public void Names_are_read()
    {
        var library = Build();
        Assert.Contains("libm.so.6", library.NeededLibraries);
        Assert.Contains("sysconf", library.Imports);
        Assert.Contains("cbrt", library.Imports);
        Assert.DoesNotContain("pages", library.Imports);
    }

    [ExecuTorchFact]
    public void Dropped_entries_are_gone_when_the_file_is_read_again()
    {
        var library = Build();
        library.Drop(ElfLibrary.Needed);
        Assert.Empty(new ElfLibrary(library.Bytes.ToArray()).NeededLibraries);
    }

    [ExecuTorchFact]
    public void A_renamed_import_is_asked_for_by_its_new_name()
    {
        var library = Build();
        library.RenameImport("sysconf", "bioconf");
        Assert.Contains("bioconf", library.Imports);
        Assert.DoesNotContain("sysconf", library.Imports);
        Assert.Contains("cbrt", library.Imports);
    }

    [ExecuTorchFact]
    public void A_name_that_is_no_import_is_refused()
    {
        var library = Build();
        Assert.Contains("imports no pages", Assert.Throws<InvalidDataException>(() => library.RenameImport("pages", "stage")).Message);
        Assert.Throws<ArgumentException>(() => library.RenameImport("sysconf", "conf"));
    }

    [Fact]
    public void Other_files_are_refused() => Assert.Throws<InvalidDataException>(() => new ElfLibrary("MZ......"u8.ToArray()));

    public void Dispose() => _folder.Dispose();

    private ElfLibrary Build()
    {
        File.WriteAllText(_folder["small.c"], Source);
        Tool.Run(_folder.Path, "g++", "-x", "c", "-O1", "-fPIC", "-shared", "small.c", "-o", "libsmall.so", "-lm");
        return new ElfLibrary(File.ReadAllBytes(_folder["libsmall.so"]));
    }
}
