using System.Runtime.InteropServices;

namespace MobiZO.Cli;

/// <summary>SIGINT and SIGTERM: the first asks the command to stop at a good place, the second ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly TextWriter _error;
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public StopSignals(TextWriter error)
    {
        _error = error;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _count) > 1)
        {
            // The journal holds every finished step, so nothing is lost.
            Environment.Exit(ExitCodes.Stopped);
        }

        _error.WriteLine("Stopping; once more quits at once.");
        _source.Cancel();
    }
}
